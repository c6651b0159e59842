"""Access control: properties made of the grants, and ACEs made into grants (RFC 3744 §5, §8.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Href, Xml, element, empties, href
from cyrpy.dav.privileges import READ_ACL, Privilege, covered, held, letters_for
from cyrpy.dav.property import live
from cyrpy.dav.resource import Principal, Resource, principal_path
from cyrpy.dav.urls import Path, collection, path_of, split
from cyrpy.dav.xml import DAV, Element, children
from cyrpy.groupware.proxies import owner_and_mode

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

MAX_ACES: Final = 1000


@live(DAV("supported-privilege-set"), on=Resource)
def supported_privilege_set(resource: Resource, ctx: DavContext) -> Xml:
    """Every privilege there is here, and what it consists of (RFC 3744 §5.3)."""
    return _described(resource.privileges)


@lru_cache(maxsize=64)
def _described(privilege: Privilege) -> Xml:
    text = element(DAV("description"), privilege.description)
    parts = [_described(part) for part in privilege.parts]
    return element(
        DAV("supported-privilege"),
        element(DAV("privilege"), empties([privilege.name])),
        text.replace(b"<D:description", b'<D:description xml:lang="en"', 1),
        *parts,
    )


@live(DAV("current-user-privilege-set"), on=Resource)
def current_user_privilege_set(resource: Resource, ctx: DavContext) -> Xml:
    """What the user may do (RFC 3744 §5.4); Thunderbird is read-only without it."""
    return _privileges(resource.privileges, resource.held(ctx))


@lru_cache(maxsize=1024)
def _privileges(tree: Privilege, names: frozenset[str]) -> Xml:
    return Xml(
        b"".join(
            element(DAV("privilege"), empties([p.name])) for p in tree.walk() if p.name in names
        )
    )


@live(DAV("acl"), on=Resource)
def acl(resource: Resource, ctx: DavContext) -> Xml:
    """The owner's rights, which nobody can change, and the grants (RFC 3744 §5.5)."""
    if resource.owner_id is None:
        return _ace(b"<D:authenticated/>", _privileges(resource.privileges, resource.held(ctx)))
    ctx.require(resource, READ_ACL.name)
    property_owner = element(DAV("property"), empties([DAV("owner")]))
    everything = element(DAV("privilege"), empties([DAV("all")]))
    aces = [_ace(property_owner, everything)]
    for principal, letters in resource.grants(ctx).items():
        row = ctx.principal_row(principal)
        if row is not None:
            granted = _privileges(resource.privileges, held(letters, resource.privileges))
            url = href(collection(*principal_path(row)), ctx.request.base)
            stays = owner_and_mode(row) is not None  # delegates are set by other means
            aces.append(_ace(url, granted, protected=stays))
    return Xml(b"".join(aces))


def _ace(principal: bytes, granted: bytes, *, protected: bool = True) -> Xml:
    parts = [element(DAV("principal"), principal), element(DAV("grant"), granted)]
    return element(DAV("ace"), *parts, *([empties([DAV("protected")])] if protected else []))


@live(DAV("acl-restrictions"), on=Resource)
def acl_restrictions(resource: Resource, ctx: DavContext) -> Xml:
    """ACEs only grant, and never to all but one (RFC 3744 §5.6)."""
    return empties([DAV("grant-only"), DAV("no-invert")])


@live(DAV("inherited-acl-set"), on=Resource)
def inherited_acl_set(resource: Resource, ctx: DavContext) -> tuple[Href, ...]:
    """Nothing is inherited (RFC 3744 §5.7)."""
    return ()


PROPERTIES = (
    supported_privilege_set,
    current_user_privilege_set,
    acl,
    acl_restrictions,
    inherited_acl_set,
)


def grants_of(root: Element, resource: Resource, ctx: DavContext) -> dict[int, str]:
    """Principal -> letters, of the ACEs in a DAV:acl.

    Raises:
        DavError: 403 with the precondition that an ACE does not meet; 400 for one that is none.
    """
    aces = root.findall(DAV("ace"))
    if len(aces) > MAX_ACES:
        raise DavError(403, f"at most {MAX_ACES} ACEs are accepted", DAV("limited-number-of-aces"))
    wanted: dict[int, set[str]] = {}
    before = resource.grants(ctx)
    known = {split(url): id for id in before if (url := ctx.principal_href(id)) is not None}
    for ace in aces:
        id = _principal(ace, resource, known, ctx)
        names = set(_granted(ace, resource.privileges))
        if id != resource.owner_id:  # the owner has everything, whatever is said
            wanted.setdefault(id, set()).update(names)
    return {
        id: _letters(covered(names, resource.privileges), before.get(id, ""), resource.privileges)
        for id, names in wanted.items()
    }


def _letters(names: frozenset[str], before: str, privileges: Privilege) -> str:
    """Letters that grant these privileges.

    Letters that no privilege shows (for alarms or replies of one's own) stay, where the privileges
    are what they were.
    """
    if before and held(before, privileges) == names:
        return before
    letters = letters_for(names, privileges)
    more = held(letters, privileges) - names - {privileges.name}
    if more:
        together = ", ".join(sorted(name.rpartition("}")[2] for name in more))
        raise DavError(
            403,
            f"what is asked for cannot be granted without {together}",
            DAV("not-supported-privilege"),
        )
    return letters


def _granted(ace: Element, privileges: Privilege) -> Iterator[str]:
    grant = ace.find(DAV("grant"))
    if ace.find(DAV("deny")) is not None:
        raise DavError(403, "privileges are granted, never denied", DAV("grant-only"))
    if grant is None:
        raise DavError(400, "each DAV:ace needs a DAV:grant")
    known = {privilege.name for privilege in privileges.walk()}
    for privilege in grant.iterchildren(DAV("privilege")):
        for named in children(privilege):
            if named.tag not in known:
                raise DavError(
                    403,
                    f"there is no privilege {str(named.tag)[:200]} here",
                    DAV("not-supported-privilege"),
                )
            yield str(named.tag)


def _principal(ace: Element, resource: Resource, known: Mapping[Path, int], ctx: DavContext) -> int:
    """Whom it is for; what was granted already is known, also if it is found by nobody."""
    if ace.find(DAV("invert")) is not None:
        raise DavError(403, "an ACE names whom it is for", DAV("no-invert"))
    principal = ace.find(DAV("principal"))
    named = None if principal is None else next(children(principal), None)
    if named is None:
        raise DavError(400, "each DAV:ace needs a DAV:principal")
    if named.tag == DAV("self"):
        return ctx.user_id
    if named.tag == DAV("property") and named.find(DAV("owner")) is not None:
        return resource.owner_id or ctx.user_id
    if named.tag != DAV("href"):
        raise DavError(
            403, "access is granted to users, groups, rooms and resources by their URLs",
            DAV("allowed-principal"),
        )  # fmt: skip
    path = path_of(named.text or "", ctx.request.base)
    found = None if path is None else ctx.resolve(path)
    if path is not None and path in known:
        return known[path]
    if not isinstance(found, Principal):
        raise DavError(
            403, f"there is no principal {(named.text or '')[:200]}", DAV("recognized-principal")
        )
    return found.row.id
