from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0008_narrative'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='jobrun',
            name='pending_runs',
        ),
        migrations.AddIndex(
            model_name='jobrun',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['published_at', 'available_at'], name='unpublished_runs'),
        ),
    ]
