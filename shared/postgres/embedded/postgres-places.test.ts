import { access, chmod, chown, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  buildStarter,
  installWithoutScripts,
  startInProcess,
} from "../../../test/support/starter-process.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { canPass, canReach } from "./service-account.ts";

const NOBODY = 65534;
const isRoot = process.geteuid?.() === 0;
/** These need to become another user, or to keep one out. */
const testAsRoot = isRoot ? test : test.skip;
/** The other user runs programs of this checkout, so it must be able to reach them. */
const isCheckoutOpen = await canPass({ name: "nobody", uid: NOBODY, gid: NOBODY }, process.cwd());
const testAsAnother = isRoot && isCheckoutOpen ? test : test.skip;

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "postgres-places-test-"));
  await chmod(root, 0o755);
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

test("the links that a skipped install script did not make are made", async () => {
  const builtFolder = join(root, "without-scripts");
  await buildStarter(builtFolder);
  const installed = await installWithoutScripts(builtFolder);
  const starter = startInProcess(builtFolder, join(root, "without-scripts-data"));
  expect((await starter.started).startedHere).toBe(true);
  expect(starter.notices).toEqual([]);
  expect(await isThere(join(installed, "native", "lib", "libpq.so.5"))).toBe(true);
  await starter.stop();
});

testAsRoot("only as root: below a closed folder, data lie elsewhere and stay there", async () => {
  const closed = join(root, "closed");
  await mkdir(closed, { mode: 0o700 });
  const builtFolder = join(closed, "built");
  await buildStarter(builtFolder);
  await installWithoutScripts(builtFolder);
  const dataFolder = join(closed, "data");
  const first = startInProcess(builtFolder, dataFolder);
  const started = await first.started;
  expect(first.notices).toHaveLength(1);
  expect(first.notices[0]).toContain(`cannot reach ${dataFolder}: its data lie in`);
  expect(first.notices[0]).toContain("its programs run from a copy in");
  expect(started.dataFolder.startsWith(root)).toBe(false);
  await first.stop();
  await chmod(closed, 0o755);
  const second = await startEmbeddedPostgres(dataFolder);
  expect(second.dataFolder).toBe(started.dataFolder);
  await second.stop();
  await rm(dirname(started.dataFolder), { recursive: true });
});

testAsRoot("only as root: data whose folder was removed are kept, and not joined", async () => {
  const closed = join(root, "removed");
  await mkdir(closed, { mode: 0o700 });
  const dataFolder = join(closed, "data");
  const first = await startEmbeddedPostgres(dataFolder);
  await first.stop();
  await rm(dataFolder, { recursive: true });
  const notices: string[] = [];
  const onNotice = (line: string): number => notices.push(line);
  const second = await startEmbeddedPostgres(dataFolder, { onNotice });
  expect(notices[0]).toContain("were moved to");
  expect(second.dataFolder).toBe(first.dataFolder);
  await second.stop();
  await rm(dirname(second.dataFolder), { recursive: true });
});

testAsAnother(
  "only as root: an ordinary user starts it in a checkout of somebody else",
  async () => {
    const builtFolder = join(root, "read-only");
    await buildStarter(builtFolder);
    const installed = await installWithoutScripts(builtFolder);
    const home = join(root, "home");
    await mkdir(home);
    await chown(home, NOBODY, NOBODY);
    const user = { uid: NOBODY, gid: NOBODY, home };
    const starters = ["one", "two"].map((name) =>
      startInProcess(builtFolder, join(home, name), user),
    );
    for (const { started, notices } of starters) {
      const { dataFolder } = await started;
      expect((await stat(dataFolder)).uid).toBe(NOBODY);
      expect(notices).toEqual([expect.stringContaining(join(home, ".cache", "tracegraph"))]);
    }
    expect(await isThere(join(installed, "native", "lib", "libpq.so.5"))).toBe(false);
    await Promise.all(starters.map(({ stop }) => stop()));
  },
);

testAsAnother("only as root: data of an ordinary user are served as that user", async () => {
  const home = join(root, "private-home");
  await mkdir(home, { mode: 0o700 });
  await chown(home, NOBODY, NOBODY);
  const builtFolder = join(root, "served");
  await buildStarter(builtFolder);
  const user = { uid: NOBODY, gid: NOBODY, home };
  const starter = startInProcess(builtFolder, join(home, "data"), user);
  await starter.started;
  await starter.stop();
  const server = await startEmbeddedPostgres(join(home, "data"));
  expect(server.dataFolder).toBe(join(home, "data", "postgres"));
  await server.stop();
  const again = startInProcess(builtFolder, join(home, "data"), user);
  expect((await again.started).startedHere).toBe(true);
  await again.stop();
});

testAsRoot("only as root: a new closed folder is opened instead of left", async () => {
  const dataFolder = await mkdtemp(join(root, "new-"));
  const server = await startEmbeddedPostgres(dataFolder);
  expect(server.dataFolder).toBe(join(dataFolder, "postgres"));
  expect((await stat(dataFolder)).mode & 0o777).toBe(0o711);
  await server.stop();
});

testAsRoot.each<[folder: number, owner: number, group: number, reachable: boolean]>([
  [0o700, 0, 0, false],
  [0o750, 0, 0, false],
  [0o750, 0, NOBODY, true],
  [0o705, 0, NOBODY, false],
  [0o711, 0, 0, true],
  [0o700, NOBODY, NOBODY, true],
  [0o077, NOBODY, NOBODY, false],
])(
  "only as root: through a folder %o of %i:%i, nobody passes: %p",
  async (mode, uid, gid, passes) => {
    const folder = await mkdtemp(join(root, "mode-"));
    await mkdir(join(folder, "inside"));
    await chown(folder, uid, gid);
    await chmod(folder, mode);
    const nobody = { name: "nobody", uid: NOBODY, gid: NOBODY };
    expect(await canReach(nobody, join(folder, "inside"))).toBe(passes);
  },
);
