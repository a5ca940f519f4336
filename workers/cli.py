"""`zhilu`: the command line, gathered from `workers/commands/`."""

import click

from workers.commands import checking, data, demo, inspection, people, postings, running


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """职路：公共就业服务平台。设置从环境变量读取，见 README。"""


data.importing.add_command(postings.import_postings)
for module in (running, data, demo, postings, people, checking, inspection):
    for command in module.COMMANDS:
        main.add_command(command)

if __name__ == "__main__":
    main()
