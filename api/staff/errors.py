"""What can go wrong with a login.

StaffError
├── WrongCredentials    unknown name, wrong password, account switched off: never told apart
├── TooManyAttempts     `retry_after` seconds
├── NameTaken
└── UnknownStaff        for the command line only
"""


class StaffError(Exception):
    pass


class WrongCredentials(StaffError):
    pass


class TooManyAttempts(StaffError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class NameTaken(StaffError):
    pass


class UnknownStaff(StaffError):
    pass
