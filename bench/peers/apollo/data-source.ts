import { DataSource } from "typeorm";
import { boundTo, CONNECTIONS_PER_STORE, types } from "../shared/connection.ts";
import { needed } from "../shared/environment.ts";

/** One service's database. */
export function dataSource(service: string, entities: (new () => object)[]): DataSource {
  return new DataSource({
    type: "postgres",
    url: needed(`${service.toUpperCase()}_DATABASE_URL`),
    entities,
    synchronize: false,
    logging: false,
    poolSize: CONNECTIONS_PER_STORE,
    extra: { options: boundTo(needed("TENANT"), `${service}_app`), types, keepAlive: true },
  });
}
