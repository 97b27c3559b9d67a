"""What each route is for: its action, said in its options. A route that says nothing stops the start, so that nothing is ever open
by oversight."""

from collections.abc import Iterable, Mapping
from typing import Any

from litestar import Litestar
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import HTTPRoute

from leadline.domain.rights import RIGHTS, Action

ACTION = "action"
_HOW = (
    "gives no action. Say in its decorator what it is for, opt=doing(...) of web.actions, with an action of domain.rights (a new"
    " one gets its row in RIGHTS); then state in tests/web/rights_table.py who may."
)


def doing(action: Action) -> dict[str, Any]:
    """The options of a route that is for one action."""
    return {ACTION: action}


def doing_by(parameter: str, actions: Mapping[str, Action]) -> dict[str, Any]:
    """The options of a route whose path says the action: `parameter` is the name in the path, `actions` what its values stand for.
    Another value is answered 404."""
    return {ACTION: (parameter, actions)}


def check_actions(app: Litestar) -> None:
    """Raises RuntimeError for a route without an action, or with one that `RIGHTS` does not know."""
    for path, handler in handlers_of(app):
        known = [action for action in actions_of(handler).values() if action in RIGHTS]
        if not known or len(known) != len(actions_of(handler)):
            raise RuntimeError(f"{' '.join(sorted(handler.http_methods))} {path} {_HOW}")


def handlers_of(app: Litestar) -> Iterable[tuple[str, HTTPRouteHandler]]:
    """Every route of an application. The framework's own answer to OPTIONS tells nobody anything."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute), "there are no websockets and no mounted applications here"
        for handler in route.route_handlers:
            if handler.http_methods != {"OPTIONS"}:
                yield route.path_format, handler


def actions_of(handler: BaseRouteHandler) -> Mapping[str, Action]:
    """What a route does: one action under "", or one for each value of a part of its path."""
    action = handler.opt.get(ACTION)
    if isinstance(action, tuple):
        by_value: Mapping[str, Action] = action[1]
        return by_value
    return {"": action} if action else {}
