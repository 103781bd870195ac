"""What several channel rules read in the same way."""

from __future__ import annotations

from awsml.rules.rule import Part


def input_mode(channel: Part) -> Part:
    """The mode in force: the channel's own, else the job's."""
    own = channel["InputMode"]
    return own if own.exists else channel.around["AlgorithmSpecification.TrainingInputMode"]


def channel_name(channel: Part) -> str:
    """The channel as a message names it."""
    name = channel["ChannelName"].text
    return f"channel `{name}`" if name else "a channel without a name"
