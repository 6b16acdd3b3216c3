import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { seconds } from "../core/time.ts";
import { type ClientOptions, configuration, plugged } from "./clients.ts";

/** The clients that only a look over a deployment needs. In a file of their own: no bundle should carry EC2's. */

const patience = { attempts: 3, timeout: seconds(10) };

export function createNetworkClient(options: ClientOptions): EC2Client {
  return plugged(new EC2Client(configuration(options, patience)), options);
}

export function createIdentityClient(options: ClientOptions): IAMClient {
  return plugged(new IAMClient(configuration(options, patience)), options);
}
