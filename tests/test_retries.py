"""evaluateOnExit, by the cases that AWS's guide documents."""

import pytest

from awsml.retries import ENDED, Outcome, covering, reclaims_retried, retried

RECLAIM = Outcome(None, "Host EC2 (instance i-0abc) terminated.")
EXITED = Outcome(1, ENDED)
PULL = Outcome(None, "Task failed to start", "CannotPullContainerError: no such image")
ALL = {"onReason": "*", "action": "EXIT"}


@pytest.mark.parametrize(
    ("outcome", "rules", "again"),
    [
        (EXITED, [], True),  # no rule at all: retried
        (EXITED, [{"onExitCode": "2", "action": "EXIT"}], True),  # none matches: retried
        (EXITED, [{"onExitCode": "1", "action": "EXIT"}], False),
        (EXITED, [{"onExitCode": "1*", "action": "exit"}], False),  # the action ignores case
        (Outcome(137, ENDED), [{"onExitCode": "1*", "action": "EXIT"}], False),
        (Outcome(137, ENDED), [{"onExitCode": "13", "action": "EXIT"}], True),
        (RECLAIM, [{"onStatusReason": "Host EC2*", "action": "RETRY"}, ALL], True),
        (EXITED, [{"onStatusReason": "Host EC2*", "action": "RETRY"}, ALL], False),
        (RECLAIM, [{"onStatusReason": "Host EC2", "action": "RETRY"}, ALL], False),
        (RECLAIM, [{"onStatusReason": "host ec2*", "action": "RETRY"}, ALL], False),
        (PULL, [{"onReason": "CannotPullContainerError:*", "action": "RETRY"}, ALL], True),
        # Every condition of a rule has to hold.
        (PULL, [{"onReason": "Cannot*", "onExitCode": "1", "action": "EXIT"}], True),
        (EXITED, [{"onStatusReason": "Essential*", "onExitCode": "1", "action": "EXIT"}], False),
        # The first that matches decides.
        (EXITED, [ALL, {"onExitCode": "1", "action": "RETRY"}], False),
        # A `*` in the middle is only itself.
        (EXITED, [{"onStatusReason": "Essential*exited", "action": "EXIT"}], True),
    ],
)
def test_the_first_rule_that_holds_decides(outcome, rules, again):
    assert retried(outcome, rules) is again


@pytest.mark.parametrize(
    ("platform", "rules", "again"),
    [
        ("ec2", [], True),
        ("ec2", [ALL], False),
        ("fargate", [{"onStatusReason": "Host EC2*", "action": "RETRY"}, ALL], False),
        ("fargate", [{"onStatusReason": "Your Spot*", "action": "RETRY"}, ALL], True),
        ("ec2", [{"onExitCode": "143", "action": "RETRY"}, ALL], True),
        ("ec2", [{"onExitCode": "1", "action": "RETRY"}, ALL], False),
    ],
)
def test_whether_what_spot_takes_back_may_be_retried(platform, rules, again):
    assert reclaims_retried(platform, rules) is again


@pytest.mark.parametrize(
    ("rule", "later", "covers"),
    [
        ({"onReason": "*"}, {"onExitCode": "1"}, True),
        ({"onExitCode": "1*"}, {"onExitCode": "137"}, True),
        ({"onExitCode": "137"}, {"onExitCode": "1*"}, False),
        ({"onReason": "*", "onExitCode": "1"}, {"onExitCode": "1"}, True),
        ({"onReason": "A*", "onExitCode": "1"}, {"onExitCode": "1"}, False),
        ({"action": "EXIT"}, {"onExitCode": "1"}, False),
    ],
)
def test_which_rule_holds_wherever_a_later_one_does(rule, later, covers):
    assert covering(rule, later) is covers
