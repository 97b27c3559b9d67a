"""The command line says its choices by hand, so that `--help` imports nothing; here they are held to the domain's."""

import click
import pytest

from leadline.cli import main
from leadline.domain.endpoints import PROVIDERS, ROUTINGS
from leadline.domain.notifications import CHANNEL_NAMES
from leadline.domain.users import ROLES


@pytest.mark.parametrize(
    ("command", "option", "choices"),
    [
        ("user invite", "role", ROLES),
        ("endpoint create", "provider", PROVIDERS),
        ("endpoint create", "routing", ROUTINGS),
        ("endpoint update", "routing", ROUTINGS),
        ("notify test", "channel", CHANNEL_NAMES),
    ],
)
def test_the_choices_of_an_option_are_those_of_the_domain(command: str, option: str, choices: tuple[str, ...]) -> None:
    found: click.Command = main
    for word in command.split():
        assert isinstance(found, click.Group)
        found = found.commands[word]

    (kind,) = [parameter.type for parameter in found.params if parameter.name == option]
    assert isinstance(kind, click.Choice)
    assert sorted(kind.choices) == sorted(choices)
