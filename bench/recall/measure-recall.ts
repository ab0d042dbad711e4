import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BareClient, replayable } from "./bare-client.store.ts";
import { Counters, type ServerWork } from "./counters.store.ts";
import { assertEqual } from "./expected.ts";
import { type RecallGateway, startRecallGateway } from "./gateway.ts";
import type { RecallOptions } from "./options.ts";
import { type Asking, nameOf, type Question, questionsOf } from "./questions.ts";
import type { RecallDatabases } from "./recall-databases.ts";

/** One question of one number of devices in one round, for one asking. */
export interface RoundFigures {
  /** Every asking's time. */
  gatewayMs: readonly number[];
  bareMs: readonly number[];
  /** CPU of the gateway's process. */
  nodeCpuMs: number;
  bareCpuMs: number;
  /** What PostgreSQL did for the gateway. */
  server: ServerWork;
  peakMb: number;
}

/** All rounds of one question. */
export interface QuestionFigures extends Pick<Question, "family" | "size" | "mostMs"> {
  devices: number;
  rounds: RoundFigures[];
}

/** One number of devices, ready to be asked. */
class Bench {
  private readonly figures = new Map<Question, QuestionFigures>();
  readonly questions: Question[];

  constructor(
    private readonly parts: {
      bench: RecallDatabases;
      gateway: RecallGateway;
      counters: Counters;
      bare: BareClient;
    },
    private readonly options: RecallOptions,
  ) {
    const { devices } = parts.bench;
    this.questions = questionsOf(devices).filter((one) => nameOf(one).includes(options.only));
  }

  private readonly replays = new Map<Asking, ReturnType<typeof replayable>>();
  /** How many rows the statements of an asking answer. */
  private readonly rows = new Map<Asking, number>();

  /** Asks everything once, so that it is verified, known by its statements, and warm. */
  async prepare(question: Question): Promise<void> {
    const { counters, gateway, bare, bench } = this.parts;
    for (const asking of question.askings) {
      let answer: unknown;
      await asking.ask(gateway.ask);
      const sent = await counters.sentWhile(async () => {
        answer = await asking.ask(gateway.ask);
      });
      asking.verify(answer);
      const statements = replayable(sent);
      if (statements.length === 0) throw new Error(`${nameOf(question)} sent no statement`);
      this.replays.set(asking, statements);
      this.rows.set(asking, await bare.replay(statements));
    }
    const [first] = question.askings;
    const { plansFolder } = this.options;
    if (plansFolder === null || !first) return;
    const plans = await bare.plans((this.replays.get(first) ?? []).slice(0, 4));
    const name = `${bench.devices} ${nameOf(question)}`.replaceAll(/[^\w]+/g, "-");
    await writeFile(join(plansFolder, `${name}.txt`), plans);
  }

  async round(question: Question, isReversed: boolean): Promise<void> {
    const { family, size, mostMs } = question;
    const known = this.figures.get(question) ?? {
      ...{ family, size, mostMs, devices: this.parts.bench.devices, rounds: [] },
    };
    this.figures.set(question, known);
    const first = isReversed ? await this.bareRound(question) : null;
    const gateway = await this.gatewayRound(question);
    const bare = first ?? (await this.bareRound(question));
    known.rounds.push({ ...gateway, ...bare });
  }

  all(): QuestionFigures[] {
    return [...this.figures.values()];
  }

  async stop(): Promise<void> {
    const { bare, counters, gateway, bench } = this.parts;
    await bare.close();
    await counters.close();
    await gateway.stop();
    await bench.stop();
  }

  private async gatewayRound(question: Question) {
    const { gateway, counters } = this.parts;
    await gateway.forgetPeak();
    await counters.reset();
    const cpu = gateway.cpuMs();
    // Looking at an answer is this process's work, and not in its time.
    const times = await this.timed(question, {
      run: (asking) => asking.ask(gateway.ask),
      check: (asking, answer) => asking.verify(answer),
    });
    const nodeCpuMs = (gateway.cpuMs() - cpu) / times.length;
    const work = await counters.work();
    const each = (amount: number) => amount / times.length;
    return {
      gatewayMs: times,
      nodeCpuMs,
      peakMb: gateway.peakMb(),
      server: {
        buffers: each(work.buffers),
        buffersRead: each(work.buffersRead),
        executionMs: each(work.executionMs),
        statements: each(work.statements),
      },
    };
  }

  private async bareRound(question: Question) {
    const { bare } = this.parts;
    const cpu = process.cpuUsage();
    const times = await this.timed(question, {
      run: (asking) => bare.replay(this.replays.get(asking) ?? []),
      check: (asking, rows) => assertEqual("the number of rows", rows, this.rows.get(asking)),
    });
    const { user, system } = process.cpuUsage(cpu);
    return { bareMs: times, bareCpuMs: (user + system) / 1_000 / times.length };
  }

  /** Each lot in its turn, all of them as often, until the time is over. */
  private async timed<Answer>(
    question: Question,
    {
      run,
      check,
    }: {
      run(asking: Asking): Promise<Answer>;
      check(asking: Asking, answer: Answer): void;
    },
  ): Promise<number[]> {
    const times: number[] = [];
    const endsAt = performance.now() + this.options.secondsPerQuestion * 1_000;
    do {
      for (const asking of question.askings) {
        const began = performance.now();
        const answer = await run(asking);
        times.push(performance.now() - began);
        check(asking, answer);
      }
    } while (performance.now() < endsAt);
    return times;
  }
}

/** Asks all questions of all numbers of devices, in turns, whose order is reversed from round to round. */
export async function measureRecall(
  databases: readonly RecallDatabases[],
  options: RecallOptions,
  notice: (line: string) => void,
): Promise<QuestionFigures[]> {
  const benches: Bench[] = [];
  try {
    for (const bench of databases) {
      const gateway = await startRecallGateway(bench, options.profileFolder);
      const counters = await Counters.open(bench);
      const bare = await BareClient.open(bench);
      benches.push(new Bench({ bench, gateway, counters, bare }, options));
    }
    for (const bench of benches) {
      for (const question of bench.questions) {
        notice(`verifying ${nameOf(question)}`);
        await bench.prepare(question);
      }
    }
    for (let round = 0; round < options.rounds; round++) {
      notice(`round ${round + 1} of ${options.rounds}`);
      const places = benches[0]?.questions.keys() ?? [];
      for (const place of places) {
        for (const bench of round % 2 === 0 ? benches : [...benches].reverse()) {
          const question = bench.questions[place];
          if (question) await bench.round(question, round % 2 === 1);
        }
      }
    }
    return benches.flatMap((bench) => bench.all());
  } finally {
    for (const bench of benches) await bench.stop();
  }
}
