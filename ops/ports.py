import socket

import psutil


class PortInUse(Exception):
    """The message names the port, its setting and, where the system tells, who has it."""


def check_free(ports: dict[str, int]) -> None:
    """Raises PortInUse for the first port of {process name: port} that somebody listens on."""
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise PortInUse(
                    f"Port {port} for {name} is in use{holder(port)}. "
                    f"Stop that program or set AFTERCARE_{name.upper()}_PORT to another port."
                ) from error


def holder(port: int) -> str:
    try:
        pids = {
            c.pid for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port == port and c.status == "LISTEN"
        }
        names = [f"{psutil.Process(pid).name()}, pid {pid}" for pid in pids if pid]
    except psutil.Error:
        return ""
    return f" by {names[0]}" if names else ""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
