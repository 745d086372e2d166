"""`trace`: pk the trace / sk `head` or `page#attempt#nnnn`; `follow_up_key`: pk the key; `notice`: pk the pid / sk the trace."""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.shared.tables import Table, TableMeta

HEAD: Final = "head"


class ByArea(GlobalSecondaryIndex["Head"]):
    """Traces of a province, in the order they were asked; narrower areas are a filter. Heads alone have a province."""

    class Meta:
        """Named in `template.yaml`."""

        index_name = "by_area"
        projection = AllProjection()

    province = UnicodeAttribute(hash_key=True)
    asked_at = NumberAttribute(range_key=True)


class Head(Table):
    """A trace: what was asked by whom, what was decided by whom, how far the search and the notice are."""

    class Meta(TableMeta):
        """Found under `TABLE_TRACE`."""

        logical = "trace"

    by_area = ByArea()
    trace = UnicodeAttribute(hash_key=True, attr_name="pk")
    sort = UnicodeAttribute(range_key=True, attr_name="sk", default=HEAD)
    province = UnicodeAttribute()
    asked_at = NumberAttribute()
    area = UnicodeAttribute()
    state = UnicodeAttribute()
    case = UnicodeAttribute()
    ground = UnicodeAttribute()
    document = UnicodeAttribute()
    start = NumberAttribute()
    end = NumberAttribute()
    person = UnicodeAttribute(default="")  # JWE of the pid; empty when the trace is about a venue
    venue = UnicodeAttribute(default="")
    margin_s = NumberAttribute(default=0)
    least_s = NumberAttribute(default=0)
    asked_by = UnicodeAttribute()  # actors, as the audit log names them
    decided_by = UnicodeAttribute(default="")
    decided_at = NumberAttribute(default=0)
    reason = UnicodeAttribute(default="")
    visible_at = NumberAttribute(default=0)
    key = UnicodeAttribute(default="")
    attempt = UnicodeAttribute(default="")  # whose pages are the result, or who searches
    leased_until = NumberAttribute(default=0)
    hours_done = NumberAttribute(default=0)
    hours_total = NumberAttribute(default=0)
    venues = NumberAttribute(default=0)
    outside = NumberAttribute(default=0)
    doubted = NumberAttribute(default=0)
    people = NumberAttribute(default=0)
    own = NumberAttribute(null=True)  # of the people, those whose own device checked in: a text may reach them
    pages = NumberAttribute(default=0)
    done_at = NumberAttribute(default=0)
    notice = UnicodeAttribute(default="")
    notice_zh = UnicodeAttribute(default="")
    notice_en = UnicodeAttribute(default="")
    notice_by = UnicodeAttribute(default="")
    notice_confirmed_by = UnicodeAttribute(default="")
    notice_page = NumberAttribute(default=0)
    notice_sent = NumberAttribute(default=0)
    texts_until = NumberAttribute(default=0)  # when the last text of a sent notice may go out


class Page(Table):
    """Some of the people a search found, as one JWE."""

    class Meta(TableMeta):
        """The table of the heads: they are read together, and live no longer."""

        logical = "trace"

    trace = UnicodeAttribute(hash_key=True, attr_name="pk")
    sort = UnicodeAttribute(range_key=True, attr_name="sk")
    people = UnicodeAttribute()


class FollowUpKey(Table):
    """The public key of a follow-up team: registered by one person, confirmed by another."""

    class Meta(TableMeta):
        """Found under `TABLE_FOLLOW_UP_KEY`."""

        logical = "follow_up_key"

    key = UnicodeAttribute(hash_key=True, attr_name="pk")
    name = UnicodeAttribute()
    area = UnicodeAttribute()
    jwk = UnicodeAttribute()  # the members crv, kty, x and y, as JSON
    registered_by = UnicodeAttribute()
    registered_at = NumberAttribute()
    confirmed_by = UnicodeAttribute(default="")
    retired_at = NumberAttribute(default=0)


class NoticeRow(Table):
    """A notice to one person; `own_at` as in `Found`: it tells whose page may show it, and whose phone gets a text."""

    class Meta(TableMeta):
        """Found under `TABLE_NOTICE`."""

        logical = "notice"

    pid = UnicodeAttribute(hash_key=True, attr_name="pk")
    trace = UnicodeAttribute(range_key=True, attr_name="sk")
    at = NumberAttribute()
    text_zh = UnicodeAttribute()
    text_en = UnicodeAttribute()
    own_at = NumberAttribute(default=0)
    texted_at = NumberAttribute(null=True)  # set before the text goes out, so that there is no second


def page_key(attempt: str, number: int) -> str:
    """Return where a page of an attempt stands, the first is 0."""
    return f"page#{attempt}#{number:05d}"
