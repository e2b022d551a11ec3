"""Why a photo is not taken. All are problems.

Problem
├── NotAPhoto        422 not_a_photo: none of the kinds that we read, damaged, or of more pixels than a camera's
├── TooManyPhotos    422 too_many_photos
├── PhotosNotTaken   409 photos_not_taken: switched off, or people answer where they would not see it
└── UnknownPhoto     404 not_found
"""

from common.problems import Problem


class NotAPhoto(Problem):
    def __init__(self) -> None:
        super().__init__(422, "not_a_photo", "This is no photo that can be read here: send a JPEG, PNG or WebP.")


class TooManyPhotos(Problem):
    def __init__(self, limit: int) -> None:
        super().__init__(422, "too_many_photos", f"A conversation takes {limit} photos.", limit=limit)


class PhotosNotTaken(Problem):
    def __init__(self) -> None:
        super().__init__(409, "photos_not_taken", "Photos can't be sent here.")


class UnknownPhoto(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "There is no such photo.")
