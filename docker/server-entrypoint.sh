#!/bin/sh
# What a container of the server image does: web | gateway | migrate | admin <subcommand…>
set -eu
: "${DATABASE_URL:?DATABASE_URL is not set: the address of the Postgres to use, postgresql://user:password@host:5432/database}"

role="${1:-web}"
[ "$#" -eq 0 ] || shift
case "$role" in
  web)
    : "${SONDE_SECRET:?SONDE_SECRET is not set: at least 32 random characters that sign the sessions, from: openssl rand -base64 32}"
    export PORT="${SONDE_PORT:-4600}" HOSTNAME="${SONDE_HOST:-0.0.0.0}"
    exec node /sonde/apps/web/server.js
    ;;
  gateway)
    export SONDE_GATEWAY_HOST="${SONDE_GATEWAY_HOST:-0.0.0.0}"
    exec node --enable-source-maps /sonde/apps/gateway/dist/main.js
    ;;
  migrate) exec node /sonde/apps/gateway/dist/admin.js migrate "$@" ;;
  admin) exec node /sonde/apps/gateway/dist/admin.js "$@" ;;
  *)
    echo "unknown role \"$role\": web, gateway, migrate or admin" >&2
    exit 64
    ;;
esac
