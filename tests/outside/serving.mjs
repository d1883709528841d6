// One more `calendera serve` on the database of the server under test (CALENDERA_DATA_DIR), to be stopped and started again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Serve at `port`, 0 for any that is free, and be back when it is ready. */
export async function serve(port = 0) {
  const env = { ...process.env, CALENDERA_PORT: String(port), CALENDERA_RUN_WORKER: 'false' };
  const running = spawn(`${ROOT}.venv/bin/calendera`, ['serve'], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const listens = new Promise((found, failed) => {
    running.stderr.on('data', (text) => {
      log += text;
      const said = /Uvicorn running on \S+:(\d+) /.exec(log);
      if (said) found(Number(said[1]));
    });
    running.once('exit', () => failed(new Error(log)));
  });
  const at = await listens;
  return {
    port: at,
    url: `http://127.0.0.1:${at}/graphql`,
    async stop() {
      if (running.exitCode !== null || !running.kill('SIGTERM')) return;
      await once(running, 'exit');
    },
  };
}
