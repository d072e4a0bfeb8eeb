# SPDX-License-Identifier: Apache-2.0
# For scripts inside a private mount namespace (unshare -m): names and certificates of their own.

# own_names FOLDER ADDRESS=NAME...: the names lead to loopback addresses, FOLDER/ca.pem vouches for FOLDER/NAME.pem and NAME.key.
own_names() {
  local folder=$1 pair name; shift
  printf '127.0.0.1 localhost\n' >"$folder/hosts"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=interop-ca -keyout "$folder/ca.key" -out "$folder/ca.pem" 2>/dev/null
  for pair; do
    name=${pair#*=}
    printf '%s %s\n' "${pair%%=*}" "$name" >>"$folder/hosts"
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout "$folder/$name.key" -out "$folder/$name.csr" 2>/dev/null
    openssl x509 -req -in "$folder/$name.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial -days 2 \
      -extfile <(echo "subjectAltName=DNS:$name") -out "$folder/$name.pem" 2>/dev/null
  done
  mount --bind "$folder/hosts" /etc/hosts
}
