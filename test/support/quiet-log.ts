import { setLogWriter } from "../../shared/log.ts";

/** What services log is no part of a test's answer, unless the test itself reads it. */
setLogWriter(() => undefined);

/** As deep as Node's own: Jest's hundred cost a tenth of the time of tests that meet many errors. */
Error.stackTraceLimit = 10;
