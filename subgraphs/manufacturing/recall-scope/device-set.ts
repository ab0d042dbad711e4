/**
 * `SELECT device_id …`, each device once. `$1` is the tenant; the own parameters stand behind it.
 * As a part of another statement, put it into parentheses.
 */
export interface DeviceSet {
  text: string;
  parameters: readonly unknown[];
}
