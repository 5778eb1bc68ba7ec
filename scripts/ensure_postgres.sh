#!/bin/sh
# Debian's PostgreSQL for the storage tests: installed where this may be done, else one line says how.
# With FER_REQUIRE_POSTGRES=1 its absence is a failure.
for name in ${FER_POSTGRES:-initdb /usr/lib/postgresql/*/bin/initdb}; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's PostgreSQL for the storage tests."
    export DEBIAN_FRONTEND=noninteractive
    # The tests start a server of their own: no cluster that runs from now on.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    if apt-get -qq update && apt-get -qq install -y --no-install-recommends postgresql >/dev/null; then
        exit 0
    fi
fi
echo "Skipped: the tests on PostgreSQL, since it is absent; to have them: sudo apt-get install postgresql"
[ "${FER_REQUIRE_POSTGRES:-}" != 1 ]
