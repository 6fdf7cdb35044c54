import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0009_unpublished_runs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='jobrun',
            name='scheduled_job',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='jobs.scheduledjob'),
        ),
        migrations.AddIndex(
            model_name='jobrun',
            index=models.Index(fields=['scheduled_job', 'finished_at'], name='runs_of_a_job'),
        ),
    ]
