"""What can keep the embedded engine from running; each message says what to do about it."""

from pathlib import Path


class LaunchError(Exception):
    """The engine cannot be started or has died; its text is one sentence for the person at the terminal."""


class PortTaken(LaunchError):
    """Another program listens on a port that we were told to use."""

    def __init__(self, port: int, variable: str) -> None:
        super().__init__(f"Port {port} is already in use: stop the other program, or choose a port with {variable}=….")


class StateUnusable(LaunchError):
    """The state folder cannot be written, or another engine is using it."""


class EngineMissing(LaunchError):
    """The engine's own virtual environment has not been made."""


class EngineDied(LaunchError):
    """The engine's process ended by itself."""


class StateNotSaved(LaunchError):
    """The engine could not write its state when it was stopped: the disk is full, or the folder is gone."""

    def __init__(self, log: Path) -> None:
        super().__init__(
            "The engine's state could not be saved: what was done since its last stop is lost, what was saved then is kept. "
            f"Make room on the disk before you start it again; {log} says what failed."
        )


class DeployFailed(LaunchError):
    """The engine refused the template; carries its reasons by logical id."""

    def __init__(self, status: str, reasons: list[tuple[str, str]]) -> None:
        self.reasons = reasons
        told = "; ".join(f"{name}: {why}" for name, why in reasons) or "no reason given"
        super().__init__(f"The template was not deployed ({status}). {told}")
