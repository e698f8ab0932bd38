"""Drives the simulator with an unmodified zenpy.

Usage: zenpy_check.py http://127.0.0.1:PORT

zenpy builds `https://SUBDOMAIN.DOMAIN`; the scheme can be forced by its own environment variable,
and 127 + 0.0.1:PORT is a loopback address.
"""

import os
import sys
import time
from urllib.parse import urlsplit

os.environ["ZENPY_FORCE_SCHEME"] = "http"

from zenpy import Zenpy  # noqa: E402
from zenpy.lib.api_objects import (  # noqa: E402
    Group,
    GroupMembership,
    Organization,
    OrganizationMembership,
    User,
)
from zenpy.lib.exception import APIException, RecordNotFoundException  # noqa: E402


def connect(url):
    host = urlsplit(url).netloc
    subdomain, domain = host.split(".", 1)
    return Zenpy(
        subdomain=subdomain,
        domain=domain,
        email="olga@example.com",
        token="anything",
        disable_cache=True,
    )


def finish(client, job):
    """Polls a job to its end and returns its items."""
    for _ in range(60):
        status = client.job_status(id=job.id)
        if status.status == "completed":
            return status.results
        assert status.status in ("queued", "working"), status.status
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def users(client):
    names = [user.name for user in client.users()]
    assert sorted(names) == ["Ada Example", "Cleo Customer", "Olga Owner"], names
    paged = [user.name for user in client.users(cursor_pagination=1)]
    assert paged == names, paged
    me = client.users.me()
    assert me.email == "olga@example.com" and me.role == "admin"

    made = client.users.create(User(name="Test One", email="one@x.test", tags=["a"]))
    assert made.id and made.role == "end-user"
    made.notes = "changed"
    assert client.users.update(made).notes == "changed"
    found = client.users(ids=[made.id])
    assert [user.id for user in found] == [made.id]
    promoted = client.users.create_or_update(User(name="Test One", email="one@x.test", role="agent"))
    assert promoted.id == made.id and promoted.default_group_id

    job = client.users.create(
        [User(name=f"Bulk {n}", email=f"bulk{n}@x.test", external_id=f"b{n}") for n in range(30)]
    )
    ids = [item.id for item in finish(client, job)]
    assert len(ids) == 30
    many = list(client.users(ids=ids))
    assert len(many) == 30
    for user in many:
        user.notes = "from a job"
    assert all(item.success for item in finish(client, client.users.update(many)))
    assert client.users(id=ids[0]).notes == "from a job"
    finish(client, client.users.delete(many))
    assert client.users(id=ids[0]).active is False
    client.users.delete(made)
    assert len(list(client.users())) == 3
    try:
        client.users.create(User(name="Twin", email="ada@example.com"))
        raise AssertionError("a taken address was taken")
    except APIException as error:
        assert error.response.status_code == 422, error


def groups(client):
    assert [group.name for group in client.groups()] == ["Escalations", "Support"]
    made = client.groups.create(Group(name="Night", description="After dark"))
    made.name = "Night shift"
    assert client.groups.update(made).name == "Night shift"
    assert client.groups(id=made.id).description == "After dark"
    client.groups.delete(made)
    assert client.groups(id=made.id).deleted is True


def group_memberships(client):
    ada = next(user for user in client.users() if user.name == "Ada Example")
    group = client.groups.create(Group(name="Membership"))
    made = client.group_memberships.create(GroupMembership(user_id=ada.id, group_id=group.id))
    held = {row.group_id for row in client.users.group_memberships(ada)}
    assert group.id in held and len(held) == 3
    client.group_memberships.delete(made)
    night = client.groups.create(Group(name="Night"))
    wanted = [GroupMembership(user_id=ada.id, group_id=row.id) for row in (group, night)]
    ids = [item.id for item in finish(client, client.group_memberships.create(wanted))]
    rows = [row for row in client.group_memberships() if row.id in ids]
    assert len(rows) == 2
    client.group_memberships.make_default(ada, rows[1])
    assert client.users(id=ada.id).default_group_id == rows[1].group_id
    finish(client, client.group_memberships.delete(rows))
    assert len(list(client.users.group_memberships(ada))) == 2
    client.groups.delete(group)
    client.groups.delete(night)


def organizations(client):
    assert [row.name for row in client.organizations()] == ["Globex"]
    made = client.organizations.create(Organization(name="Umbrella", domain_names=["umbrella.test"]))
    made.details = "changed"
    assert client.organizations.update(made).details == "changed"
    job = client.organizations.create([Organization(name=f"Org {n:02}") for n in range(20)])
    ids = [item.id for item in finish(client, job)]
    rows = list(client.organizations(ids=ids))
    for row in rows:
        row.notes = "bulk"
    assert all(item.success for item in finish(client, client.organizations.update(rows)))
    paged = [row.id for row in client.organizations(cursor_pagination=7)]
    assert len(paged) == 22 and len(set(paged)) == 22
    finish(client, client.organizations.delete(rows))
    client.organizations.delete(made)
    try:
        client.organizations(id=made.id)
        raise AssertionError("a deleted organization was found")
    except RecordNotFoundException:
        pass


def organization_memberships(client):
    ada = next(user for user in client.users() if user.name == "Ada Example")
    globex = next(iter(client.organizations()))
    made = client.organization_memberships.create(
        OrganizationMembership(user_id=ada.id, organization_id=globex.id)
    )
    assert made.default is True
    assert client.users(id=ada.id).organization_id == globex.id
    client.organization_memberships.delete(made)
    assert client.users(id=ada.id).organization_id is None


def main():
    client = connect(sys.argv[1])
    for part in (users, groups, group_memberships, organizations, organization_memberships):
        part(client)
        print(f"zenpy: {part.__name__} ok", flush=True)


if __name__ == "__main__":
    main()
