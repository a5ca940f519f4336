from flask.testing import FlaskClient

from tests.factories.accounts import make_person
from tests.webapp.conftest import SignIn
from webapp.db import reading
from webapp.seekers.models import SeekerProfile


def test_a_nul_in_what_is_typed_is_left_out_because_postgresql_cannot_keep_it(client: FlaskClient, sign_in: SignIn) -> None:
    seeker = make_person()
    sign_in(client, seeker)
    saved = client.post("/profile", data={"wanted": "焊\x00工", "education": "0", "region": "", "experience_years": "", "skills": "", "about": ""})
    assert saved.status_code == 303
    with reading() as read:
        assert read.get_one(SeekerProfile, seeker.id).wanted == "焊工"
