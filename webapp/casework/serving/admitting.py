"""四地同等: whoever shows one proof of 户籍, 常住, 就业 or 参保 in a place is served there. None of the four stands before the others."""

from datetime import date

from sqlalchemy import select

from webapp.access import Actor, Grant
from webapp.casework import operations as cases
from webapp.casework import queries as case_queries
from webapp.casework.models import Case, Client, OriginKind, Sex, Stage
from webapp.casework.refusals import HeldElsewhere, NoProof, NoReason, ProofElsewhere, UnknownReason
from webapp.casework.serving import counting, programmes
from webapp.casework.serving.models import Proof, ProofKind
from webapp.db import new_key, session
from webapp.reference import serving


def admit(client: Client, programme: str, proof: ProofKind | None, *, region: str, seen: str, grants: tuple[Grant, ...], by: Actor, on: date) -> Case:
    """Opens the service in the county of the proof. Raises NoProof, ProofElsewhere where that county is not the asking office's, and
    HeldElsewhere while another county serves the person; whoever left there comes here.

    What the client's own rows say of 户籍 and 常住 is not asked: a proof that was shown is enough.
    """
    if proof is None or not seen.strip():
        raise NoProof
    if not any(grant.covers(region) for grant in grants):
        raise ProofElsewhere
    before = case_queries.case_of(client.id, programme)
    if before is not None and not any(grant.covers(before.region) for grant in grants):
        if before.stage is Stage.OPEN:
            raise HeldElsewhere
        before.region, before.street, before.caseworker_id = region, "", None
    case = cases.open_case(client, programme, region=region, by=by, on=on)
    session().flush()
    held = session().scalar(select(Proof).where(Proof.case_id == case.id, Proof.kind == proof))
    if held is None:
        session().add(Proof(id=new_key(), case_id=case.id, kind=proof, region=region, seen=seen.strip()[:80], by_id=by.person_id, on=on))
    else:
        held.region, held.seen, held.on = region, seen.strip()[:80], on
    programmes.keep_origin(case, OriginKind.STAFF, proof.label, on=on)
    counting.count(case, on=on)
    return case


def known_client(*, name: str, id_number: str, phone: str | None) -> Client:
    """The one row of this person, made where there is none. `id_number` and `phone` are normalised.

    Of a person who is known already nothing is overwritten: a phone is added where none was.
    """
    client = case_queries.client_by_id_number(id_number)
    if client is None:
        client = Client(id=new_key(), id_number_index=case_queries.id_number_index(id_number), name_index=case_queries.name_index(name))
        client.id_number, client.name, client.born_year = id_number, name, int(id_number[6:10])
        client.sex = Sex.MALE if int(id_number[16]) % 2 else Sex.FEMALE
        session().add(client)
    if phone and client.phone_sealed is None:
        client.phone, client.phone_index = phone, case_queries.phone_index(phone)
    return client


def leave(case: Case, reason: str, *, note: str = "", by: Actor, on: date) -> None:
    """Out of the programme for a reason of its table. Raises Left, UnknownReason, NoReason."""
    programme = serving.programmes().get(case.programme)
    if programme is None or reason not in programme.exits:
        raise UnknownReason if reason else NoReason
    cases.leave(case, reason, by=by, on=on)
    counting.count(case, on=on)
