"""`awsml` as a process whose terminal is its standard input: `python -m tests.cli.on_terminal`."""

import fcntl
import os
import termios

from awsml.cli.main import main

if os.isatty(0):
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C typed there reaches this process
main()
