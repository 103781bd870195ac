"""Rules about schedules: EventBridge rules, EventBridge Scheduler, scheduled scaling."""

APIS = (
    "events:PutRule",
    "scheduler:CreateSchedule",
    "scheduler:UpdateSchedule",
    "application-autoscaling:PutScheduledAction",
)
