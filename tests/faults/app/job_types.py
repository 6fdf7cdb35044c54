"""What a worker of a fault test finds at its start."""

from jobs.job_type import job_type
from tests.faults.effect import Effect

job_type(Effect)
