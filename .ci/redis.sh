# Sourced by .ci/run. provide_redis: set CALENDERA_TEST_REDIS_URL to a Redis that answers; when there is none, start one
# of our own on a free port, gone when the script ends. Where none can be had it says so: what needs it is skipped.

provide_redis() {
    if redis_answers "${CALENDERA_TEST_REDIS_URL:-redis://127.0.0.1:6379/9}"; then
        export CALENDERA_TEST_REDIS_URL="${CALENDERA_TEST_REDIS_URL:-redis://127.0.0.1:6379/9}"
        echo "using one that answers"
    elif [ -n "${CALENDERA_TEST_REDIS_URL:-}" ]; then
        echo "CALENDERA_TEST_REDIS_URL is set, but no Redis answers there." >&2
        return 1
    elif command -v redis-server >/dev/null || install_redis; then
        start_redis
    else
        echo "SKIPPED in Redis: its server is not on this machine (Debian: apt install redis-server)"
    fi
}

redis_answers() {
    .venv/bin/python -c 'import redis, sys; redis.Redis.from_url(sys.argv[1], socket_connect_timeout=5).ping()' "$1" \
        2>/dev/null
}

install_redis() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends redis-server >/dev/null
}

start_redis() {
    local port
    redis_folder=$(mktemp -d)
    at_end+=(stop_redis)
    port=$(.venv/bin/python -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    redis-server --port "$port" --bind 127.0.0.1 --save "" --appendonly no --dir "$redis_folder" \
        >"$redis_folder/log" 2>&1 &
    redis_process=$!
    export CALENDERA_TEST_REDIS_URL="redis://127.0.0.1:$port/0"
    for _ in $(seq 50); do
        redis_answers "$CALENDERA_TEST_REDIS_URL" && { echo "started our own"; return 0; }
        sleep 0.1
    done
    cat "$redis_folder/log" >&2
    return 1
}

stop_redis() {
    kill "${redis_process:-}" 2>/dev/null || true
    wait "${redis_process:-}" 2>/dev/null || true
    rm -rf "$redis_folder"
}
