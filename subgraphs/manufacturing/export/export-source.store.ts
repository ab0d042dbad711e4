import type { ExportSource } from "../../../shared/export/export-rows.store.ts";
import { devicesOfGroup } from "../production-group/member-statements.store.ts";
import type { ScopeQuestion } from "../recall-scope/criteria.ts";
import { criteriaSql } from "../recall-scope/criteria-sql.store.ts";
import { sharedDevicesOf } from "../share/share-predicate.store.ts";
import type { GroupSelection } from "./export-selection.ts";

type Rows = Pick<ExportSource, "from" | "orderBy" | "parameters" | "device" | "isKept">;

/** How the device of a row is named, where the row is `d`. */
const DEVICE = { connhexId: "d.connhex_id", serialNumber: "d.serial_number" };

/** Who asks: whose rows, and which partner's, where it is one. */
export interface Asking {
  tenant: string;
  partner: string | null;
}

/** All devices, or all that are shared with a partner. */
export function allDevices({ tenant, partner }: Asking): Rows {
  return {
    from: `FROM device d${partner === null ? "" : sharedOnly("$2")} WHERE d.tenant = $1`,
    orderBy: "d.device_id",
    parameters: [tenant, ...(partner === null ? [] : [partner])],
    device: DEVICE,
    isKept: partner === null,
  };
}

/** All revisions, or those of the devices whose history is shared; of one device where it is named. */
export function allRevisions({ tenant, partner }: Asking, serialNumber: string | null): Rows {
  const [shared, condition] =
    partner === null ? ["", ""] : [sharedOnly("$2"), " AND 'history' = ANY (v.fields)"];
  const parameters = [tenant, ...(partner === null ? [] : [partner])];
  const device =
    serialNumber === null
      ? ""
      : ` AND d.device_id IN (SELECT device_id FROM device
          WHERE tenant = $1 AND serial_number = $${parameters.push(serialNumber)})`;
  return {
    from: `FROM device_revision d${shared} WHERE d.tenant = $1${condition}${device}`,
    orderBy: "d.device_id, d.revision",
    parameters,
    device: DEVICE,
    isKept: partner === null,
  };
}

/** The devices of a group, or those that a partner may count in it. */
export function devicesInGroup({ tenant, partner }: Asking, group: GroupSelection): Rows {
  const members = devicesOfGroup(group, partner);
  const shared = partner === null ? "" : sharedOnly("$4");
  return {
    from: `FROM device d${shared} WHERE d.tenant = $1 AND d.device_id IN (${members.text})`,
    orderBy: "d.device_id",
    parameters: [tenant, ...members.parameters],
    device: DEVICE,
    isKept: partner === null,
  };
}

/** The devices that criteria give, as they are now. */
export function devicesInScope({ tenant }: Asking, { criteria, knownAt }: ScopeQuestion): Rows {
  const { text, parameters } = criteriaSql(criteria, { knownAt, firstParameter: 2 });
  return {
    from: `FROM device d WHERE d.tenant = $1 AND d.device_id IN (${text})`,
    orderBy: "d.device_id",
    parameters: [tenant, ...parameters],
    device: DEVICE,
    isKept: true,
  };
}

/** The devices of a recall, each as it was when it was frozen: the same rows for ever. */
export function devicesOfRecall({ tenant }: Asking, recallId: number): Rows {
  return {
    from: `FROM recall_item i JOIN device_revision d
      ON d.tenant = $1 AND d.device_id = i.device_id AND d.revision = i.revision
      WHERE i.tenant = $1 AND i.recall_id = $2`,
    orderBy: "d.device_id",
    parameters: [tenant, recallId],
    device: DEVICE,
    isKept: true,
  };
}

/** Joins the names that are shared of the device of row `d`: what is not shared is not there. */
function sharedOnly(partner: string): string {
  return ` JOIN (${sharedDevicesOf(partner)}) v ON v.device_id = d.device_id`;
}
