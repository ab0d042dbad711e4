import { Args, Ctx, Query, Resolver } from "type-graphql";
import { DomainError } from "../../shared/domain-error.ts";
import { askedPage } from "../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../shared/graph/page-info.type.ts";
import { cutPage, readPage } from "../../shared/page.ts";
import { assertPlainText } from "../../shared/text.ts";
import { AccessLineConnection, AccessLogArgs } from "./access-line.type.ts";
import type { AccessLineRow } from "./access-log.store.ts";
import type { Context } from "./context.ts";
import { ACCESS_LOG } from "./limits.ts";

interface LinesOf extends ConnectionOf<AccessLineRow> {
  largerAnswers: () => Promise<number>;
}

@Resolver()
export class AccessLineResolver {
  @Query(() => AccessLineConnection, {
    description:
      "Who has seen a device. Whole for answers of up to 100 devices; of larger ones only their number is known.",
  })
  async accessLog(
    @Args(() => AccessLogArgs) { device, from, to, ...asked }: AccessLogArgs,
    @Ctx() { lines, seen }: Context,
  ): Promise<LinesOf> {
    const devices = readIdentifiers(device);
    const question = { devices, from: from ?? null, to: to ?? null };
    const page = readPage(askedPage(asked), `access log ${JSON.stringify(question)}`);
    for (const identifier of devices) seen?.add([null, identifier]);
    const connection = connectionOf(page, cutPage(page, await lines.page(question, page)), {
      keyOf: ({ line }) => line,
      nodeOf: (line) => line,
      totalCount: () => lines.count(question),
    });
    return { ...connection, largerAnswers: () => lines.countLarger(question) };
  }
}

function readIdentifiers(device: readonly string[]): string[] {
  const most = ACCESS_LOG.identifiersAsked;
  if (device.length < 1 || device.length > most) {
    const text = `name one device by 1 to ${most} identifiers, not ${device.length}`;
    throw new DomainError("BAD_USER_INPUT", text, { argument: "device" });
  }
  return device.map((text) => assertPlainText("device", text, ACCESS_LOG.identifierCharacters));
}
