from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0009_unpublished_runs'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='jobrun',
            index=models.Index(fields=['scheduled_job', 'finished_at'], name='runs_of_a_job'),
        ),
    ]
