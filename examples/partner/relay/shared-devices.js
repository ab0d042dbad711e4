import { graphql } from "relay-runtime";

// The compiler reads this, and wants the file's name before that of the query.
export const query = graphql`
  query sharedDevicesQuery($first: Int = 100, $after: String) {
    sharedDevices(first: $first, after: $after) {
      nodes {
        id
        serialNumber
        deviceType
      }
      totalCount
    }
  }
`;
