import { setLogWriter } from "../../shared/log.ts";

/** What services log is no part of a test's answer, unless the test itself reads it. */
setLogWriter(() => undefined);
