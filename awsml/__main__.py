"""The way in, for `awsml` and `python -m awsml`: Ctrl-C ends it without a trace, however early."""

from __future__ import annotations

import gc
import signal
import sys

# Loading makes hundreds of thousands of objects that stay; looking through them again and again
# for garbage is a twentieth of a short command.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


def main() -> None:
    """Load the command line, run it, and leave with its exit code."""
    # Who starts programs in the background ignores Ctrl-C for them; that stays so.
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:  # while nothing is begun, the signal itself ends awsml
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    from awsml.cli.main import main as run

    try:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:  # while it was saying how it ended
        sys.exit(128 + signal.SIGINT)
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
