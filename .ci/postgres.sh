# Sourced by .ci/run. provide_postgres: set CALENDERA_TEST_POSTGRES_URL to a PostgreSQL that answers; when there is none,
# start one of our own on a free port, gone when the script ends.

provide_postgres() {
    local url
    if url=$(.venv/bin/python .ci/postgres.py); then
        echo "using one that answers"
    elif [ -n "${CALENDERA_TEST_POSTGRES_URL:-}" ]; then
        echo "CALENDERA_TEST_POSTGRES_URL is set, but nothing usable answers there." >&2
        return 1
    else
        start_postgres
        url=$(.venv/bin/python .ci/postgres.py)
    fi
    export CALENDERA_TEST_POSTGRES_URL=$url
}

postgres_programs() {
    local found
    found=$(command -v initdb || ls -1 /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] && dirname "$(readlink -f "$found")"
}

install_postgres() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "No PostgreSQL is installed; install its server (Debian: apt install postgresql) and run this again." >&2
        return 1
    fi
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends postgresql >/dev/null
}

# The server refuses to run as root.
as_nobody_special() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u "$(id -un postgres 2>/dev/null || echo nobody)" -- "$@"
    else
        "$@"
    fi
}

start_postgres() {
    local programs port
    programs=$(postgres_programs) || { install_postgres && programs=$(postgres_programs); }
    postgres_folder=$(mktemp -d)
    postgres_control="$programs/pg_ctl"
    at_end+=(stop_postgres)
    chmod 755 "$postgres_folder"
    mkdir "$postgres_folder/run"
    if [ "$(id -u)" = 0 ]; then
        chown -R "$(id -un postgres 2>/dev/null || echo nobody)" "$postgres_folder"
    fi
    (cd "$postgres_folder" && as_nobody_special "$programs/initdb" --pgdata="$postgres_folder/data" \
        --username=calendera --auth=trust --encoding=UTF8 --locale=C --no-sync >/dev/null)
    for _ in 1 2 3; do
        port=$(.venv/bin/python -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
        if (cd "$postgres_folder" && as_nobody_special "$postgres_control" start --wait --silent \
            --pgdata="$postgres_folder/data" --log="$postgres_folder/run/log" --options="-p $port -c fsync=off \
            -c listen_addresses=127.0.0.1 -c unix_socket_directories=$postgres_folder/run -c max_connections=300"); then
            CALENDERA_TEST_POSTGRES_URL="postgresql://calendera@127.0.0.1:$port/postgres"
            export CALENDERA_TEST_POSTGRES_URL
            echo "started our own"
            return 0
        fi
    done
    cat "$postgres_folder/run/log" >&2
    return 1
}

stop_postgres() {
    (cd / && as_nobody_special "$postgres_control" stop --mode=immediate --pgdata="$postgres_folder/data") >/dev/null 2>&1 || true
    rm -rf "$postgres_folder"
}
