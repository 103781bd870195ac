"""AWS on loopback, as far as awsml uses it: names are unique, time is scripted, answers get lost.

moto lets a second job with the same name succeed and completes every job at once, so it can see
neither a double submit nor a life-cycle. This fake keeps AWS's semantics where they matter to
awsml, and writes every request to disk before it answers.
"""
