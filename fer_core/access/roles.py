"""Who may what. Everybody is a visitor; further roles come by link or by login."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from fer_core.errors import AccessError, ConfigError
from fer_core.text import Sentence, mark


class Role(StrEnum):
    """What a browser may do."""

    VISITOR = "visitor"  # what is open to everybody
    EDUCATOR = "educator"  # opens rooms
    ANALYST = "analyst"  # trains and compares models, makes data sets
    MANAGER = "manager"  # looks at aggregates of teams
    OWNER = "owner"  # everything, and gives roles to others


#: Roles that a link may give; the owner's comes from the terminal or the settings.
GIVEN_BY_LINK = (Role.EDUCATOR, Role.ANALYST, Role.MANAGER)
_ORDER = tuple(Role)
_FOR = {
    Role.VISITOR: mark("This is for the role visitor; ask who runs this server for a link."),
    Role.EDUCATOR: mark("This is for the role educator; ask who runs this server for a link."),
    Role.ANALYST: mark("This is for the role analyst; ask who runs this server for a link."),
    Role.MANAGER: mark("This is for the role manager; ask who runs this server for a link."),
    Role.OWNER: mark("This is for the role owner; ask who runs this server for a link."),
}


@dataclass(frozen=True, slots=True)
class Access:
    """What one visitor may do, as found out for this run of a page.

    Attributes:
        roles: all they have; ``VISITOR`` always among them.
        number: random, stands for them in the audit log and beside their rooms; None for a mere
            visitor.
        label: what the owner calls them, or their e-mail address under OIDC.
        source: ``link``, ``login`` or empty.
        link_id: of the link by which they came.
    """

    roles: frozenset[Role] = field(default_factory=lambda: frozenset({Role.VISITOR}))
    number: int | None = None
    label: str = ""
    source: str = ""
    link_id: int | None = None

    def has(self, *roles: Role) -> bool:
        """Whether one of the roles is theirs; the owner has all."""
        return Role.OWNER in self.roles or not self.roles.isdisjoint(roles)

    @property
    def role(self) -> Role:
        """The one to show: the last in the order of ``Role``."""
        return max(self.roles, key=_ORDER.index)

    def require(self, *roles: Role) -> None:
        """Raises AccessError unless one of the roles is theirs."""
        if not self.has(*roles):
            if len(roles) == 1:
                raise AccessError(_FOR[roles[0]])
            said = mark("This is for the role {names}; ask who runs this server for a link.")
            raise AccessError(Sentence(said, names=" or ".join(roles)))


VISITOR = Access()


def parse_role(name: str) -> Role:
    """The role of this name.

    Raises:
        ConfigError: there is none.
    """
    try:
        return Role(name.strip().lower())
    except ValueError as error:
        raise ConfigError(f"There is no role {name!r}; use one of {', '.join(_ORDER)}.") from error


def roles_of(names: Iterable[str]) -> frozenset[Role]:
    """Roles by name, with ``VISITOR``."""
    return frozenset({Role.VISITOR, *(parse_role(name) for name in names)})
