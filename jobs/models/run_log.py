from django.db import models

from jobs.models.run import JobRun


class RunLog(models.Model):
    """One line that a job type wrote while it worked on a run."""

    run = models.ForeignKey(JobRun, models.CASCADE, related_name="log")
    at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)
    level = models.CharField(max_length=10)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = "log line"

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.level} {self.text}"
