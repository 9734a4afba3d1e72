"""`python -m reel`: recordings to and from other tools."""

from __future__ import annotations

import argparse
import sys
from typing import Optional, Sequence

from . import __version__
from .errors import RecordingError


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs a command; returns 0 on success."""
    parser = argparse.ArgumentParser(
        prog="python -m reel",
        description="Recordings of reinforcement-learning runs to and from other tools.",
        epilog="The program `reel` draws them. In Python: reel.open(FILE).",
    )
    parser.add_argument("--version", action="version", version=f"reel {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    show = commands.add_parser("info", help="print what a recording holds")
    show.add_argument("file", metavar="FILE")

    taken = commands.add_parser("import-minari", help="convert a Minari dataset to a recording")
    taken.add_argument("dataset", metavar="ID", help="such as D4RL/pen/human-v2, on this machine")
    taken.add_argument("-o", "--output", metavar="FILE", required=True)
    taken.add_argument("--force", action="store_true", help="replace the file")

    given = commands.add_parser("export-minari", help="convert a recording to a Minari dataset")
    given.add_argument("file", metavar="FILE")
    given.add_argument("dataset", metavar="ID", help="such as cartpole/mine-v0")

    table = commands.add_parser("export-parquet", help="write a table of a recording as Parquet")
    table.add_argument("file", metavar="FILE")
    table.add_argument("-o", "--output", metavar="FILE", required=True)
    table.add_argument(
        "--table", default="transitions", choices=("transitions", "episodes", "metrics", "infos")
    )

    options = parser.parse_args(arguments)
    try:
        _run(options)
    except (RecordingError, ImportError, FileNotFoundError, ValueError) as error:
        print(f"reel: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    from .exchange import import_minari, to_minari, to_parquet
    from .run import open

    if options.command == "import-minari":
        import_minari(options.dataset, options.output, force=options.force)
    elif options.command == "export-minari":
        with open(options.file) as run:
            to_minari(run, options.dataset)
    elif options.command == "export-parquet":
        with open(options.file) as run:
            to_parquet(run, options.output, options.table)
    else:
        with open(options.file) as run:
            print(f"{run.world} by {run.trainer}: {run.steps} steps, {len(run)} episodes")
            for name in run.metric_names:
                steps, values = run.metrics(name)
                print(f"{name}: {len(steps)} values, the last {values[-1]:.6g}")


if __name__ == "__main__":
    sys.exit(main())
