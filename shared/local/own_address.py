"""The address of the API as this request's client knows it (ADR 14)."""

from ipaddress import IPv6Address, ip_address

from tams.models.address import Authority


def own_address(host_header: str, server_ip: str, port: int) -> Authority:
    """From the `Host` header where it can be trusted, otherwise from where the connection came in.

    On loopback, `Host` is trusted when it names loopback too, with any port: a tunnel or a container may have
    led here. A foreign name there is an attack, such as DNS rebinding, or a proxy, whose address
    TAMS_PUBLIC_URL gives. Beyond loopback only the client knows the names of this machine, and each response
    goes only to the client that chose the name, so any well-formed `Host` is trusted.
    """
    connected = Authority(_in_url(server_ip), port or None)
    asked = Authority.parse(host_header)
    if asked is None or (connected.is_loopback and not asked.is_loopback):
        return connected
    return asked


def _in_url(ip: str) -> str:
    address = ip_address(ip)
    if not isinstance(address, IPv6Address):
        return ip
    return f"[{address}]" if address.ipv4_mapped is None else str(address.ipv4_mapped)
