"""Rules about Application Auto Scaling: targets, policies and scheduled actions."""

APIS = (
    "application-autoscaling:RegisterScalableTarget",
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:PutScheduledAction",
)
