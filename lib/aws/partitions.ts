/** Why a partition is not planned, by its name; what is left out here is. */
const unplanned: Readonly<Record<string, string>> = {
  'aws-cn': 'service names there end in amazonaws.com.cn for some services and not for others',
  'aws-eusc':
    'the AWS European Sovereign Cloud has domains, service principals and images of its own (amazonaws.eu), which nothing here has been tried with',
  'aws-iso': 'the partition is not reachable from the internet',
  'aws-iso-b': 'the partition is not reachable from the internet',
  'aws-iso-e': 'the partition is not reachable from the internet',
  'aws-iso-f': 'the partition is not reachable from the internet',
};

/** Why no cluster is planned in a partition; undefined where one is. */
export function whyUnplanned(partition: string): string | undefined {
  return unplanned[partition];
}

/**
 * Accounts that Debian publishes its images from, by partition.
 *
 * @see https://wiki.debian.org/Cloud/AmazonEC2Image
 */
const debianAccounts: Readonly<Record<string, string>> = { aws: '136693071363' };

/** The account of Debian's images in a partition; undefined where none is known. */
export function debianAccountOf(partition: string): string | undefined {
  return debianAccounts[partition];
}
