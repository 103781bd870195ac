"""Rules about schedules: EventBridge rules and their targets, EventBridge Scheduler, scheduled
scaling."""

APIS = (
    "events:PutRule",
    "events:PutTargets",
    "scheduler:CreateSchedule",
    "scheduler:UpdateSchedule",
    "application-autoscaling:PutScheduledAction",
)
