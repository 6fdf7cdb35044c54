#!/bin/sh
# Write .env beside this file, with passwords that were made just now: ./new_env.sh brandbeat.example.com
set -eu
cd "$(dirname "$0")"

[ $# -eq 1 ] || { echo "usage: $0 HOST_NAME_OF_THE_SITE" >&2; exit 2; }
[ ! -e .env ] || { echo "$(pwd)/.env is there already; it was left as it is." >&2; exit 1; }

secret() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

umask 077
cat > .env <<END
# Name under which people open the site.
SITE_HOST=$1
# Signs sessions, and makes Flower's password.
SECRET_KEY=$(secret)
POSTGRES_PASSWORD=$(secret)
REDIS_PASSWORD=$(secret)

# Keys of the answer engines that you use, and any other setting of docs/settings.md:
#OPENAI_API_KEY=
#SERPAPI_API_KEY=
#PERPLEXITY_API_KEY=
#BRIGHTDATA_API_KEY=
END
echo "$(pwd)/.env is written. Keep a copy of it in a safe place."
