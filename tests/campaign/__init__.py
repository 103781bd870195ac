"""The robustness campaign: awsml killed, refused, starved and interrupted, hundreds of times.

`python tools/robustness.py` runs it and writes docs/robustness.md; the everyday tests run a small
sample of every part, so that the campaign itself stays fit.
"""
