import pytest

from local.errors import LocalStackError
from local.options import from_environment


def test_an_open_service_is_refused_beyond_loopback() -> None:
    with pytest.raises(LocalStackError, match="TAMS_LOCAL_TOKEN"):
        from_environment({"TAMS_HOST": "192.0.2.1"})

    assert from_environment({"TAMS_HOST": "192.0.2.1", "TAMS_LOCAL_TOKEN": "x"}).token == "x"


def test_a_service_that_is_said_to_be_open_is_refused_beyond_loopback_too() -> None:
    beyond = {"TAMS_HOST": "192.0.2.1", "TAMS_LOCAL_TOKEN": "x"}
    for said in ("true", "1", "yes"):
        with pytest.raises(LocalStackError, match="without credentials"):
            from_environment({**beyond, "TAMS_ACCESS__OPEN": said})
    with pytest.raises(LocalStackError, match="TAMS_ACCESS__OPEN=maybe"):
        from_environment({**beyond, "TAMS_ACCESS__OPEN": "maybe"})

    assert not from_environment({**beyond, "TAMS_ACCESS__OPEN": "false"}).is_open


@pytest.mark.parametrize("value", ["x", "-1", "70000"])
def test_a_port_that_is_none_is_named(value: str) -> None:
    with pytest.raises(LocalStackError, match="PORT="):
        from_environment({"PORT": value})


def test_networks_of_webhooks_that_are_none_are_named() -> None:
    name = "TAMS_WEBHOOKS__ALLOWED_NETWORKS"
    for value in ("10.0.0.0/8", '["10.0.0.0/99"]', "{}"):
        with pytest.raises(LocalStackError, match=f"{name}="):
            from_environment({name: value})

    assert from_environment({name: '["10.0.0.0/8"]'}).variables == {name: '["10.0.0.0/8"]'}
    assert from_environment({}).variables == {}


def test_an_address_that_is_none_is_named_and_a_sound_one_handed_on() -> None:
    for name, value in (("TAMS_PUBLIC_URL", "tams.example"), ("TAMS_TRUST_FORWARDED", "true")):
        with pytest.raises(LocalStackError, match=f"{name}={value}"):
            from_environment({name: value})

    sound = {"TAMS_PUBLIC_URL": "https://tams.example/a", "TAMS_TRUST_FORWARDED": "forwarded"}
    assert from_environment({**sound, "TAMS_HOST": ""}).variables == sound
