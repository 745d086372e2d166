"""What the template promises whoever's data it holds: who may read what, what is encrypted, closed and kept."""

from __future__ import annotations

import pytest

from infra.paths import TEMPLATE
from tests.template import policy
from tests.template.reading import functions, template
from tests.template.test_tables import NO_COPY

# Who may read what tells about people: by request, queue or stream. A new reader is written down here, or is refused.
READERS = {
    # Where somebody was. The holder their own, a door its own, tracing by two people's word; counters by the stream.
    "CheckinTable": "Holder Assisted TraceWorker Counters LastSeen Recount",
    "CheckinTable/index/by_venue": "TraceWorker Recount",
    "ScanTable": "Holder Desk TraceWorker Counters Recount",
    "TraceTable": "Tracing TraceWorker Texts",
    "NoticeTable": "Holder Texts",
    # Who somebody is.
    "PersonTable": "Public Holder Desk Assisted Tracing Texts",
    "CardTable": "Assisted",
    "AssistedTable": "Assisted",
    "CodeTable": "Public",
    "DeviceTable": "Public Holder Desk",
    # Who works or lives where, by lists of units; of the canary its own list alone.
    "StaffTable": "Public Holder Desk Assisted Jobs MatchEvent Oversight Canary",
    "StaffTable/index/by_person": "Public Holder Desk Assisted Jobs MatchEvent",
    # What a laboratory found, what was decided of it, and the passes that followed.
    "ResultTable": "Public Jobs MatchEvent Oversight",
    "ResultTable/index/by_tube": "Public Jobs MatchEvent Oversight",
    "EntitlementTable": "Public Holder Desk Assisted Jobs MatchEvent MatchApply Oversight Canary",
    "EntitlementTable/index/by_unit": "Jobs MatchFold Oversight",
    "PassTable": "Public Holder Desk Jobs MatchEvent MatchApply TraceWorker Oversight Canary",
    # Who looked at somebody's things: told to that person alone.
    "LookupTable": "Holder",
}
SECRETS = {
    # With it every identity number can be tried against a pid.
    "PidSecret": "Public Assisted Jobs Tracing Canary PrepareSecrets",
    "SubSecret": "Holder Desk Tracing Canary",
    "PhoneSecret": "Public",
    "AssistedSecret": "Assisted",
    "ReceiptSecret": "Public Holder",
}


def named(short: str) -> set[str]:
    """The logical ids of functions, from their short names."""
    return {f"{name}Function" for name in short.split()}


def unlisted_readers(found: policy.Template) -> set[str]:
    """Who reads a table about people and is not named for it."""
    return set().union(*(policy.readers(found, target) - named(READERS[target]) for target in READERS))


@pytest.mark.parametrize("target", READERS)
def test_whoever_reads_about_people_is_written_down(target: str) -> None:
    """Who reads a table of people, by itself, an index or its stream, is who is named here: a name too many hides one."""
    assert policy.readers(template(), target) == named(READERS[target])


@pytest.mark.parametrize("secret", SECRETS)
def test_whoever_reads_a_secret_is_written_down(secret: str) -> None:
    """A secret is opened by the few that need it."""
    assert policy.who_may(template(), "secretsmanager:GetSecretValue", secret) == named(SECRETS[secret])


def test_tracing_alone_reads_who_was_at_a_venue() -> None:
    """By a request or an event, the trace's worker and nobody else; the repair of counters is called by an operator alone."""
    readers = policy.readers(template(), "CheckinTable/index/by_venue")
    assert "TraceWorkerFunction" in readers
    assert {name for name in readers if functions()[name].get("Events")} == {"TraceWorkerFunction"}


@pytest.mark.parametrize(
    "name", ["UploadFunction", "JobsFunction", "CoverageFunction", "CanaryFunction", "DeskFunction"]
)
def test_whoever_takes_files_in_cannot_read_check_ins(name: str) -> None:
    """Staff lists, results and registers come in by functions that know of no check-in, trace or notice."""
    for target in ("CheckinTable", "CheckinTable/index/by_venue", "TraceTable", "NoticeTable"):
        assert name not in policy.readers(template(), target)


def test_no_function_signs_with_the_root_key() -> None:
    """No role is granted it, the key's policy refuses it to all of them, and no function may change that policy."""
    assert policy.signers_with(template(), "RootKey") == set()
    denied = [
        one
        for one in template()["Resources"]["RootKey"]["Properties"]["KeyPolicy"]["Statement"]
        if one["Effect"] == "Deny" and one["Action"] == "kms:Sign"
    ]
    assert [one["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Sub"].split("/")[1] for one in denied] == [
        "${AWS::StackName}-*FunctionRole*"
    ]


@pytest.mark.parametrize("key", ["DataKey", "DayKey"])
def test_a_key_is_opened_for_a_named_purpose(key: str) -> None:
    """A function that decrypts names what for, or the service that asks in its place."""
    assert policy.opened_for_anything(template(), key) == set()


def test_no_grant_is_a_star_and_every_star_has_its_reason() -> None:
    """No role has a whole service, bucket or every index; wherever the text says `*`, a comment says why."""
    assert policy.wide(template()) == set()
    assert policy.unreasoned_stars(TEMPLATE.read_text(encoding="utf-8")) == []


def test_everything_that_holds_something_is_encrypted() -> None:
    """Tables, queues, topics and secrets; files with our own key unless they are published."""
    assert policy.unencrypted(template()) == set()


def test_alarms_can_use_the_key_of_the_topic_they_call_by() -> None:
    """A topic encrypted with a key that CloudWatch may not use loses every alarm in silence."""
    assert policy.silent_topics(template()) == set()


def test_buckets_are_closed_to_strangers_and_to_plain_http() -> None:
    """No list or policy can open one, each refuses what is not encrypted on its way, and only services are let in."""
    assert policy.open_buckets(template()) == set()
    assert policy.clear_text_buckets(template()) == set()
    assert policy.opened_to_strangers(template()) == set()


def test_what_is_kept_is_kept_as_long_as_decided() -> None:
    """Logs for thirty days, tables with a week to go back to unless a copy would outlive them, and nothing goes with the stack."""
    assert policy.kept_logs(template(), 30) == set()
    assert policy.without_return(template(), NO_COPY) == set()
    assert policy.deleted_with_the_stack(template()) == set()
