"""What is uploaded is counted while it comes in: beyond the limit nothing more is read."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class WithinLimit(FileUploadHandler):
    """Ends an upload that has more than FILE_LIMIT bytes in all. Its view finds no file; `is_too_large` says why."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.FILE_LIMIT or is_too_large(self.content_length_of_request):
            raise StopUpload(connection_reset=True)
        return raw_data

    @property
    def content_length_of_request(self) -> str:
        return str(self.request.META.get("CONTENT_LENGTH", "")) if self.request is not None else ""

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None


FORM = 64 * 1024  # bytes that a form with a file may have beside the file


def is_too_large(content_length: str) -> bool:
    """Whether a request of this length, as its header says it, has more than one upload may have."""
    return content_length.isdigit() and int(content_length) > settings.FILE_LIMIT + FORM
