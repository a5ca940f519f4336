import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header

from tests.factories.accounts import make_person
from tests.webapp.conftest import SignIn
from webapp.db import reading
from webapp.seekers.models import SeekerProfile
from webapp.web import disposition


def test_a_nul_in_what_is_typed_is_left_out_because_postgresql_cannot_keep_it(client: FlaskClient, sign_in: SignIn) -> None:
    seeker = make_person()
    sign_in(client, seeker)
    saved = client.post("/profile", data={"wanted": "焊\x00工", "education": "0", "region": "", "experience_years": "", "skills": "", "about": ""})
    assert saved.status_code == 303
    with reading() as read:
        assert read.get_one(SeekerProfile, seeker.id).wanted == "焊工"


@pytest.mark.parametrize("name", ["批量发布岗位模板.xlsx", "a b.png", 'x"y\\z\r\n.pdf', "证照%20.pdf", "é.pdf"])
def test_a_file_has_its_name_in_any_script_in_a_header_that_every_server_sends(name: str) -> None:
    header = disposition("attachment", name)
    assert header.isascii() and header.isprintable()
    kind, parts = parse_options_header(header)
    assert (kind, parts["filename"]) == ("attachment", name)
