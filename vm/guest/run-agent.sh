#!/bin/sh
# Runs the agent as a service manager would: again after it ended. Its log goes to the console, its pid to /run/agent.pid.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
set -a
. /opt/sonde/agent.env
set +a
node /opt/sonde/agent/main.js >/dev/console 2>&1 &
echo $! >/run/agent.pid
wait $!
echo "guest: the agent ended with $?" >/dev/console
