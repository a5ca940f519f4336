from flask.testing import FlaskClient


def test_the_sign_in_page_opens(client: FlaskClient) -> None:
    assert client.get("/sign-in").status_code == 200
